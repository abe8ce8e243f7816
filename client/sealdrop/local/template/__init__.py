"""What the SAM template says, read without the SAM CLI."""
