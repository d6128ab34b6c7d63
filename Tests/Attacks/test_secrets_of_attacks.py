"""No secret that the attacks sent or were given is written down: the search of Tests/EndToEnd.

These tests come last. Their database is what all attacks had.
"""

from test_secrecy import (  # noqa: F401
    known,
    test_a_secret_in_the_log_of_a_further_responder_is_found,
    test_no_command_line_and_no_environment_holds_a_secret,
    test_no_log_and_no_file_of_the_database_holds_a_secret,
    test_no_page_for_operators_holds_a_secret,
    test_the_database_holds_no_secret,
    test_what_the_script_prints_holds_no_secret_but_its_example,
)
