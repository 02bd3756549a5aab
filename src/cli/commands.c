/* The list of subcommands: each is a row at the foot of its own file. */
#include "cli/command.h"

#include "base/mem.h"

extern const Command bench_command, data_info_command, data_synth_command, design_command, doctor_command, figure_command,
    fork_command, presets_list_command, presets_show_command, resume_command, shot_command,
    runs_compare_command, runs_list_command, runs_rename_command, runs_rm_command, runs_show_command, runs_tag_command,
    summary_command, train_command;

const Command *const commands[] = {
    &studio_command,
    &shot_command,
    &train_command,
    &resume_command,
    &fork_command,
    &figure_command,
    &design_command,
    &summary_command,
    &runs_list_command,
    &runs_show_command,
    &runs_compare_command,
    &runs_rename_command,
    &runs_tag_command,
    &runs_rm_command,
    &presets_list_command,
    &presets_show_command,
    &data_info_command,
    &data_synth_command,
    &bench_command,
    &doctor_command,
};
const int commands_count = COUNT_OF(commands);
