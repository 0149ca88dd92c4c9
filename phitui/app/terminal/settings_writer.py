"""Settings that are chosen in the app, written into the settings file: everything else in it stays as it is."""

from pathlib import Path

from phitui.errors import LibraryError, PhituiError
from phitui.library.atomic import replace_file
from phitui.places import private_folder
from phitui.reading import read_regular


def write_setting(file: Path, name: str, value: str | bool | int | float | list[str]) -> None:
    """Sets one setting; comments and order are kept. Raises LibraryError where the file cannot be read or written."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = read_regular(file).decode("utf-8") if file.exists() else ""
        document = tomlkit.parse(text)
        if name in document:
            document[name] = value
        else:
            # Before the first table: behind it the name would belong to that.
            document = tomlkit.parse(tomlkit.dumps({name: value}) + text)
        private_folder(file.parent)
        replace_file(file, tomlkit.dumps(document).encode())
    except (OSError, UnicodeDecodeError, TOMLKitError, PhituiError) as error:
        raise LibraryError(f"{name} could not be written into {file}: it holds until phitui ends. {error}") from error
