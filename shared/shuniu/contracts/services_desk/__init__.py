"""What the full-service desk (全科政务) says; one module for each capability."""
