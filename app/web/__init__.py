"""The doors that are not GraphQL.

Door        one module, whose `routes()` is put into the application by `app.main`.
Exchange    one HTTP request with its answer, as it is counted and logged: by the route's template, never the path.

Payment notifications and message push of WeChat; share links on the open web; pictures; health and metrics. What
stands around every request (`middleware`) is here too. Above every room; only `app.main` knows of it.
"""
