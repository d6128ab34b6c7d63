"""Registration, login, refresh, logout: the usual project in one file."""

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.mail import send_mail
from django.urls import path
from rest_framework.generics import CreateAPIView
from rest_framework.response import Response
from rest_framework.serializers import CharField, ModelSerializer
from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
)


class RegistrationSerializer(ModelSerializer):
    password = CharField(write_only=True, validators=[validate_password])

    class Meta:
        model = User
        fields = ("username", "email", "password")

    def create(self, validated_data):
        return User.objects.create_user(**validated_data, is_active=False)


class RegistrationView(CreateAPIView):
    serializer_class = RegistrationSerializer

    def perform_create(self, serializer):
        user = serializer.save()
        send_mail("Confirm your e-mail address", "https://example.org/", None, [user.email])


class LogoutView(TokenBlacklistView):
    def post(self, request, *args, **kwargs):
        super().post(request, *args, **kwargs)
        return Response(status=205)


urlpatterns = [
    path("api/auth/register/", RegistrationView.as_view()),
    path("api/auth/login/", TokenObtainPairView.as_view()),
    path("api/auth/login/refresh/", TokenRefreshView.as_view()),
    path("api/auth/logout/", LogoutView.as_view()),
]
