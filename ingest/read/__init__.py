"""Raw octets to `cases.mail.Mail`, pure and total (`reader.read`). `pool.py` runs it in children that can be killed."""
