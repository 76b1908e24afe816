"""Closes a ctest run: why tests were skipped, then 'N passed, N failed, N skipped'. Exits 1 when one failed or none ran.

usage: count_tests.py JUNIT_XML CTEST_STATUS
"""
import re
import sys
import xml.etree.ElementTree as ElementTree


def skip_reason(case):
    """The test's own words: GoogleTest prints the reason after 'Skipped', scripts after 'SKIP:'."""
    output = case.findtext("system-out") or ""
    found = re.search(r"^SKIP: *(.*)$", output, re.M) or re.search(r": Skipped\n(.*)$", output, re.M)
    return found.group(1).strip() if found else "no reason given"


def main():
    junit, ctest_status = sys.argv[1], int(sys.argv[2])
    try:
        cases = list(ElementTree.parse(junit).getroot().iter("testcase"))
    except (ElementTree.ParseError, OSError):
        cases = []
    skipped = [case for case in cases if case.get("status") == "notrun" or case.find("skipped") is not None]
    failed = [case for case in cases if case.get("status") == "fail" or case.find("failure") is not None]
    passed = len(cases) - len(skipped) - len(failed)
    for case in skipped:
        print(f"skipped {case.get('name')}: {skip_reason(case)}")
    for case in failed:
        print(f"failed {case.get('name')}")
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    sys.exit(0 if ctest_status == 0 and passed > 0 and not failed else 1)


main()
