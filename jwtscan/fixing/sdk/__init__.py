"""The Meeting SDK for Web: its releases as data, which one a program runs with, and the options its calls take."""
