"""What casepost is measured against: each installed by the benchmark itself, as durable as it is by default."""
