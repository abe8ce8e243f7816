"""`make differential`: many trials on all cores, and how they ended."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.differential.process import end, trial
from tests.differential.trial import Outcome

MOST_REFUSED = 0.1


def main(arguments: Sequence[str]) -> int:
    """Run the trials that are asked for; return 1 if one is wrong, or too many are refused."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pipelines", type=int, default=1000)
    parser.add_argument("--only", type=int, help="one trial, with what it is")
    parser.add_argument("--sample", type=int, default=30, help="refusals to show")
    asked = parser.parse_args(arguments)
    if asked.only is not None:
        outcome = trial(asked.seed, asked.only)
        end()
        print(outcome)
        return 0
    outcomes = list(_shown(asked.seed, asked.pipelines))
    return _judged(outcomes, asked.sample)


def _shown(seed: int, pipelines: int) -> Iterator[Outcome]:
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        ended: Counter[str] = Counter()
        for outcome in processes.map(trial, [seed] * pipelines, range(pipelines), chunksize=4):
            ended[outcome.ended] += 1
            if outcome.ended == "wrong":
                print(f"wrong: trial {outcome.index} of seed {seed}: {outcome.what}: {outcome.said}", flush=True)
            if sum(ended.values()) % 50 == 0:
                print(f"{sum(ended.values())} of {pipelines}: {dict(ended)}", flush=True)
            yield outcome


def _judged(outcomes: Sequence[Outcome], sample: int) -> int:
    ended = Counter(outcome.ended for outcome in outcomes)
    refused = [outcome for outcome in outcomes if outcome.ended == "refused"]
    for outcome in refused[:: max(len(refused) // max(sample, 1), 1)][:sample]:
        print(f"refused: trial {outcome.index}: {outcome.what}: {outcome.said} [{outcome.code}]")
    print(f"right    {ended['right']}")
    for code, count in Counter(outcome.code for outcome in refused).most_common():
        print(f"refused  {count}  {code}")
    print(f"wrong    {ended['wrong']}")
    return int(ended["wrong"] > 0 or len(refused) > MOST_REFUSED * len(outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
