/* The program: everything else is in the library that the tests link too. */
#include "cli/command.h"

#include <locale.h>

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, ""); /* for what the terminal can show; numbers stay in the C locale */
    return command_main(argc - 1, argv + 1);
}
