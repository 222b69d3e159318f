"""Runs of the program, for crux study and crux sweep."""
import os
import signal
import subprocess
import time

from analysis.fault import Fault


def program(word):
    path = os.environ.get('CRUX_PROGRAM')
    if not path or not os.access(path, os.X_OK):
        raise Fault(f'CRUX_PROGRAM must name the program; ./crux {word} sets it')
    return path


def environment(ranks):
    cores = int(os.environ.get('CRUX_CORES', '1'))
    env = {**os.environ, 'CRUX_PROGRESS': 'lines', 'OMP_NUM_THREADS': '1', 'OMPI_MCA_rmaps_base_oversubscribe': '1'}
    if os.getuid() == 0:
        env.update({'OMPI_ALLOW_RUN_AS_ROOT': '1', 'OMPI_ALLOW_RUN_AS_ROOT_CONFIRM': '1'})
    if ranks != cores:
        env.setdefault('OMPI_MCA_hwloc_base_binding_policy', 'none')
    if ranks > cores:
        env['OMPI_MCA_mpi_yield_when_idle'] = '1'
    return env


def run(path, file, folder, sets, ranks, options=()):
    """(exit status, wall-clock seconds) of a run; what it says goes to FOLDER.log."""
    command = [path, 'run', file, '--out', folder, *options]
    for s in sets:
        command += ['--set', s]
    if ranks > 1:
        command = ['mpirun', '--quiet', '-n', str(ranks)] + command
    begin = time.perf_counter()
    with open(folder + '.log', 'w') as f:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=f, stderr=subprocess.STDOUT, env=environment(ranks),
                                 start_new_session=True)
        try:
            status = child.wait()
        except KeyboardInterrupt:
            child.send_signal(signal.SIGUSR1)   # stops cleanly, also through mpirun
            child.wait()
            raise Fault(f'stopped during {os.path.basename(folder)}')
    return status, time.perf_counter() - begin


def last_words(folder, lines=3):
    """What the run said at its end."""
    with open(folder + '.log', errors='replace') as f:
        return [line.rstrip() for line in f if line.strip()][-lines:]
