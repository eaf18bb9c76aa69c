#include "weight.h"

/*
 * The logarithm to the base 2, digit by digit: squaring a number doubles its logarithm. libm has
 * this function too, but to load libm would cost every start 0.1 ms.
 */
static double logarithm(double number)
{
	double result = 0, digit = 0.5;

	while (number >= 2) {
		number /= 2;
		result++;
	}
	for (int digits = 0; digits < 50; digits++, digit /= 2) {
		number *= number;
		if (number < 2)
			continue;
		number /= 2;
		result += digit;
	}
	return result;
}

/*
 * The default of v1 is 1024 shares, that of v2 a weight of 100, and the ends of both ranges have to
 * meet. Over logarithms, a parabola goes through these three points; runC 1.3.2 and crun 1.23 agree
 * on it. The weight is rounded up: it is the least whose logarithm is not below the parabola.
 */
uint64_t cgroup_weight(uint64_t shares)
{
	double l = logarithm((double)shares);
	double exponent = (l * l + 125 * l) / 612 - 7.0 / 34;
	uint64_t low = 1, high = 10000;

	while (low < high) {
		uint64_t middle = (low + high) / 2;

		if (logarithm((double)middle) / logarithm(10) < exponent - 1e-12)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
