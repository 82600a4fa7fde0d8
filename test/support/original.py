"""A stand-in for the original Cooperate: what it does to a schedule, and no more."""

import json
import os
import subprocess
import sys


def load(path):
    with open(path) as file:
        return json.load(file)


def save(path, schedule):
    with open(path, "w") as file:
        json.dump(schedule, file)


def free_name():
    n = 0
    while os.path.exists(f"cooperate_{n}"):
        n += 1
    return f"cooperate_{n}"


def run(path, at_most):
    log = free_name()
    while at_most > 0:
        at_most -= 1
        schedule = load(path)
        pending = [entry for entry in schedule if entry[0] != "executed"]
        if not pending:
            print("All experiments completed.")
            return
        entry = pending[-1]
        command = [str(word) for word in entry]
        entry.insert(0, "executed")
        save(path, schedule)
        print("Running: " + " ".join(command), flush=True)
        if subprocess.run(command).returncode != 0:
            with open(log, "w") as file:
                file.write(" ".join(command))
            sys.exit(f"Error: the experiment failed, see {log}")


def progress(path):
    schedule = load(path)
    executed = sum(entry[0] == "executed" for entry in schedule)
    print(f"{executed}/{len(schedule)} experiments executed (not necessarily completed).")


if __name__ == "__main__":
    option, path = sys.argv[1:3]
    if option == "--progress":
        progress(path)
    else:
        # The original goes on until nothing is pending; the tests let it take turns.
        run(path, int(sys.argv[3]) if len(sys.argv) > 3 else sys.maxsize)
