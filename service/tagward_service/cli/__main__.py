"""`python -m tagward_service.cli`."""

import sys

from tagward_service.cli import main

sys.exit(main())
