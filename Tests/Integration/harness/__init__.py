"""The test bench: a proxy process, recording upstreams, raw clients and judges. It never asserts
on behalf of a test and never sleeps to wait: every wait is a condition with a deadline."""
