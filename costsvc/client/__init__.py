"""Client of the service: ``Client("http://localhost:8000").estimate_training(accelerator="h100", ...)``."""

from costsvc.client.client import Client
from costsvc.client.errors import ClientError, NoAnswerError, ServiceError
from costsvc.client.frames import to_pandas
from costsvc.client.transport import Timeouts

__all__ = ["Client", "ClientError", "NoAnswerError", "ServiceError", "Timeouts", "to_pandas"]
