/*
 * usched.h -- commands of usched_set(), shared by the kernel and user
 * programs.  Spec 2.6.
 */
#pragma once

#define USCHED_SET_SCHEDULER 0
#define USCHED_SET_CPU 1
#define USCHED_ADD_CPU 2
#define USCHED_DEL_CPU 3
#define USCHED_GET_CPU 4
