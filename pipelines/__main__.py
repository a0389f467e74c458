"""`doodlestack`, also as `python -m pipelines`; begins with little, so that a stop is heard from the first moment."""

from pipelines.stopping import end_when_stopped


def main() -> None:
    """The entry point of the script."""
    end_when_stopped()
    from pipelines.command_line import app

    app()


if __name__ == "__main__":
    main()
