/* The list of subcommands: each is a row at the foot of its own file. */
#include "cli/command.h"

#include "base/mem.h"

extern const Command bench_command, data_info_command, data_synth_command, decode_command, design_command, doctor_command, encode_command,
    eval_command, figure_command, fork_command, presets_list_command, presets_show_command, resume_command, runs_compare_command,
    runs_list_command, runs_rename_command, runs_rm_command, runs_show_command, runs_tag_command, runs_verify_command, sample_command, shot_command,
    summary_command, train_command;

/* In the order of a first day's work: --help and the manual list them so. */
const Command *const commands[] = {
    &studio_command,
    &design_command,
    &train_command,
    &resume_command,
    &fork_command,
    &eval_command,
    &figure_command,
    &encode_command,
    &decode_command,
    &sample_command,
    &summary_command,
    &doctor_command,
    &presets_list_command,
    &presets_show_command,
    &data_info_command,
    &data_synth_command,
    &runs_list_command,
    &runs_show_command,
    &runs_compare_command,
    &runs_rename_command,
    &runs_tag_command,
    &runs_rm_command,
    &runs_verify_command,
    &bench_command,
    &shot_command,
};
const int commands_count = COUNT_OF(commands);
