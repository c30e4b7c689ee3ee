"""issue_report and verify_report."""
