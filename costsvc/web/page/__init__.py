"""The page: forms and answers for people, over the same questions as the API."""
