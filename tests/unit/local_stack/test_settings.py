from pathlib import Path

import pytest

from local.stack import StackError, StackSettings

NO_OPTIONS: dict[str, int | None] = {}


def settings(
    environment: dict[str, str], options: dict[str, int | None] = NO_OPTIONS, state_dir: str = "state"
) -> StackSettings:
    return StackSettings.from_environment(environment, state_dir=Path(state_dir), ports=options)


def test_defaults() -> None:
    chosen = settings({})
    assert (chosen.aws_port, chosen.telegram_port, chosen.redis_port) == (4566, 8181, 6399)
    assert chosen.telegram_api_base is None
    assert chosen.state_dir.is_absolute()


def test_zero_is_a_port_of_its_own_and_an_empty_variable_is_none() -> None:
    chosen = settings({"AWS_PORT": "0", "REDIS_PORT": ""})
    assert (chosen.aws_port, chosen.redis_port) == (0, 6399)


def test_an_option_goes_before_the_environment() -> None:
    assert settings({"AWS_PORT": "1"}, {"AWS_PORT": 0}).aws_port == 0


@pytest.mark.parametrize("value", ["http", "-1", "65536", "1.5"])
def test_what_is_no_port_is_refused_by_its_name(value: str) -> None:
    with pytest.raises(StackError, match=f"REDIS_PORT={value}"):
        settings({"REDIS_PORT": value})


def test_variables_that_become_parameters() -> None:
    chosen = settings({"ADMIN_USER_IDS": "1,2", "MEDIA_ALLOWED_HOSTS": "", "TELEGRAM_API_BASE": "https://t"})
    assert chosen.passed_on == {"AdminUserIds": "1,2"}
    assert chosen.telegram_api_base == "https://t"


def test_the_build_is_shared_and_all_else_is_not() -> None:
    one, other = settings({}, state_dir="/one"), settings({}, state_dir="/other")
    assert one.build_dir == other.build_dir
    for name in ("run_dir", "log_dir", "lock_file", "endpoints_file", "temporary_dir"):
        assert getattr(one, name).is_relative_to("/one")
        assert getattr(other, name).is_relative_to("/other")
