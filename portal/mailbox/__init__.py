"""The development mailbox: mail of a demo or test run kept as files and read in the browser. Absent in production."""
