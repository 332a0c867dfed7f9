"""Microseconds per call of ecologits; runs in its own environment, without costsvc."""

import logging
import sys
import time

from ecologits.tracers.utils import llm_impacts

logging.disable()
calls = int(sys.argv[1])
started = time.perf_counter()
for i in range(calls):
    llm_impacts("openai", "gpt-4o-mini", 100 + i, 1.0 + i / calls, "USA")
print((time.perf_counter() - started) / calls * 1e6)
