"""What a case is: pure values and rules. Imports nothing else of casepost, does no I/O, takes time as an argument."""
