"""The pure heart of Sayso: values and rules, no Django, no input or output, no clock."""
