"""What happens without anybody pressing a button: mails leave, the log is chained, dates are made ahead."""
