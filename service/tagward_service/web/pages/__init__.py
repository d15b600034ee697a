"""The pages: each module makes the view that its template shows."""
