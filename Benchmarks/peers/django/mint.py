"""Writes refresh tokens, one on each line, with the rows that a login would have left.

usage: mint.py COUNT FILE
"""

import sys
from datetime import datetime, timezone

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken  # noqa: E402
from rest_framework_simplejwt.tokens import RefreshToken  # noqa: E402

users = list(User.objects.filter(is_active=True)[:40])
rows = []
for number in range(int(sys.argv[1])):
    user = users[number % len(users)]
    # The library's for_user writes its row at once; here all go in together.
    token = RefreshToken()
    token["user_id"] = str(user.pk)
    rows.append(
        OutstandingToken(
            user=user,
            jti=token["jti"],
            token=str(token),
            created_at=token.current_time,
            expires_at=datetime.fromtimestamp(token["exp"], timezone.utc),
        )
    )
OutstandingToken.objects.bulk_create(rows, batch_size=1000)
with open(sys.argv[2], "w", encoding="ascii") as file:
    file.writelines(f"{row.token}\n" for row in rows)
