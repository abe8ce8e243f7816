"""What happens to rows before they are sealed: columns checked, ranges held, the model's own steps taken."""
