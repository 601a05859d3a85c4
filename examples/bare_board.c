/* bare_board.c - the program on that machine. It is linked with what bare.c wrote, and with no libdnn:
 *
 *     bare net.c && cc bare_board.c net.c -lm
 */
#include <stdio.h>

/* From the head of net.c. */
enum { XOR_INPUTS = 2, XOR_OUTPUTS = 1 };
void xor_predict(const float *x, float *y);

int main(void)
{
    for (int i = 0; i < 4; i++) {
        const float x[XOR_INPUTS] = {(float)(i / 2), (float)(i % 2)};
        float y[XOR_OUTPUTS];
        xor_predict(x, y);
        printf("%.0f xor %.0f = %.2f\n", (double)x[0], (double)x[1], (double)y[0]);
    }
    return 0;
}
