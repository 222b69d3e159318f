"""./crux new-setup NAME: a new problem that runs, in setups/NAME, entered in setups/list.c and setups/meson.build."""
import os
import re
import sys

SETUPS = os.path.dirname(os.path.abspath(__file__))


def fail(text):
    sys.exit(print('crux: ' + text, file=sys.stderr) or 2)


def insert(path, pattern, line):
    """The text of the file with the line put before the first match."""
    with open(path) as f:
        text = f.read()
    found = re.search(pattern, text, re.M)
    if not found:
        fail(f'{path} does not look as expected; nothing was changed')
    return text[:found.start()] + line + text[found.start():]


def main():
    if len(sys.argv) != 2:
        fail('usage: ./crux new-setup NAME')
    name = sys.argv[1]
    if not re.fullmatch(r'[a-z][a-z0-9_]{0,30}', name):
        fail(f"'{name}' is no good name: use small letters, digits and _, such as my_wave")
    folder = os.path.join(SETUPS, name)
    if os.path.exists(folder):
        fail(f'setups/{name} exists already')

    lists = {'list.c': insert(os.path.join(SETUPS, 'list.c'), r'^  /\* end of the list \*/', f'  SETUP({name})'.ljust(22) + ' \\\n'),
             'meson.build': insert(os.path.join(SETUPS, 'meson.build'), r'^\]', f"  '{name}',\n")}
    os.mkdir(folder)
    template = os.path.join(SETUPS, 'template')
    for source in sorted(os.listdir(template)):
        with open(os.path.join(template, source)) as f:
            text = f.read().replace('new_setup', name)
        with open(os.path.join(folder, source.replace('new_setup', name)), 'w') as f:
            f.write(text)
    for file, text in lists.items():
        with open(os.path.join(SETUPS, file), 'w') as f:
            f.write(text)
    print(f'setups/{name}/ is ready, and entered in setups/list.c and setups/meson.build. Try it:\n\n'
          f'    ./crux run setups/{name}/{name}.yaml\n\nthen change {name}.c, {name}.yaml and README.md into your problem.')


if __name__ == '__main__':
    main()
