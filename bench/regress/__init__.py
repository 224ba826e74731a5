"""What reading, finding and answering a mail costs in instructions, compared with the counts that are kept.

Instructions do not depend on who else uses the machine, so 15 % more of them can fail a build where 15 % more time
cannot. `python -m bench.regress` prints the table, `--write` keeps what was counted as the new counts.
"""
