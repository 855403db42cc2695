"""Python modules run in a process that ends soon after this one, however this one ended."""

import os
import sys

_CODE = """
import os, runpy, sys, threading, time
def follow(parent):
    while os.getppid() == parent:
        time.sleep(0.1)
    os._exit(1)
threading.Thread(target=follow, args=(int(sys.argv.pop(1)),), daemon=True).start()
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def child_command(module: str) -> list[str]:
    """The command that runs ``module`` as ``python -m`` does; the working folder is not searched
    for modules. Arguments follow."""
    return [sys.executable, "-P", "-c", _CODE, str(os.getpid()), module]
