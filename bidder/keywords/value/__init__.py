"""Value of a click: conversion rate x revenue per conversion, shrunk to what is alike."""
