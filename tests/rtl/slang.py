"""slang.py ARGUMENTS: the front end slang of the Python package pyslang, with the arguments of slang's own program. Prints what it says; exit status 0 where it has no error."""

import shlex
import sys

from pyslang.driver import CommandLineOptions, Driver

driver = Driver()
driver.addStandardArgs()
read = driver.parseCommandLine(shlex.join(["slang", *sys.argv[1:]]), CommandLineOptions()) and driver.processOptions() and driver.parseAllSources()
sys.exit(0 if read and driver.runFullCompilation() else 1)
