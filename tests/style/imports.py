"""Modules of analysis do not import one another in a circle, and nobody uses what another module calls private."""
import ast
import os
import sys

from tests import tap

ROOT = os.environ['CRUX_ROOT']
FOLDERS = ('analysis', 'bench', 'setups', 'tests')


def python_files(folder):
    for dir, _, files in os.walk(os.path.join(ROOT, folder)):
        for f in sorted(files):
            if f.endswith('.py'):
                path = os.path.join(dir, f)
                with open(path) as file:
                    yield os.path.relpath(path, ROOT), ast.parse(file.read(), path)


def imported(tree, package):
    """Modules of a package that a module imports anywhere, also within functions."""
    out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            out |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or '').startswith(package + '.'):
            out.add(node.module.split('.')[1])
        elif isinstance(node, ast.Import):
            out |= {a.name.split('.')[1] for a in node.names if a.name.startswith(package + '.')}
    return out


def circle(graph):
    """Names along a circle, or nothing."""
    done = set()

    def visit(name, way):
        if name in way:
            return way[way.index(name):] + [name]
        if name in done:
            return []
        for other in sorted(graph.get(name, ())):
            found = visit(other, way + [name])
            if found:
                return found
        done.add(name)
        return []
    for name in sorted(graph):
        found = visit(name, [])
        if found:
            return found
    return []


def private(name):
    return name.startswith('_') and not name.startswith('__')


def foreign(tree):
    """Private names of others that are used: taken by an import, or after a dot behind anything but self."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (a.name for a in node.names if private(a.name))
        elif isinstance(node, ast.Attribute) and private(node.attr) and not (isinstance(node.value, ast.Name) and node.value.id == 'self'):
            name = ast.unparse(node)
            if name != 'os._exit':
                yield name


def main():
    graph = {os.path.basename(path)[:-3]: imported(tree, 'analysis') for path, tree in python_files('analysis')}
    found = circle(graph)
    tap.report(not found, 'no circle in the imports of analysis', ' -> '.join(found))
    used = [f'{path}: {name}' for folder in FOLDERS for path, tree in python_files(folder) for name in foreign(tree)]
    tap.report(not used, 'private names stay within their module', '; '.join(used))
    return 0


if __name__ == '__main__':
    sys.exit(main())
