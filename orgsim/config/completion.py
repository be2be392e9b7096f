"""Shell completion: one small script per shell, with verbs, scenarios and keys written into it.

Assumption: a TAB must answer at once, so nothing is started but the shell itself; the user's own
scenarios are listed when TAB is pressed, orgsim's own keys when the script is made.

Reference: the Bash manual, "Programmable Completion"; ECOSYSTEM.md s.2.1 (0.6 s per TAB otherwise).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orgsim.errors import ConfigError, Problem
from orgsim.registry import did_you_mean

__all__ = ["SHELLS", "script"]

SHELLS = ("bash", "zsh", "fish")

_BASH = """\
# orgsim completion for {shell}. To use it now and later:  {use}
_orgsim() {{
    local line="${{COMP_LINE:0:$COMP_POINT}}" verb word own words
    word="${{line##*[[:space:]]}}"
    verb="${{COMP_WORDS[1]}}"
    own=""
    for file in scenarios/*.yaml; do
        if [ -e "$file" ]; then file="${{file##*/}}"; own="$own ${{file%.yaml}}"; fi
    done
    if [ "$COMP_CWORD" -le 1 ]; then
        words="{verbs} --help --version"
    else
        case "$verb" in
{cases}
            *) words="" ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    if [ "${{#COMPREPLY[@]}}" -eq 0 ]; then
        COMPREPLY=($(compgen -f -- "$word"))
    fi
    # Bash takes "=" for the end of a word: hand back only what follows it.
    if [[ "$word" == *=* && "$COMP_WORDBREAKS" == *=* ]]; then
        COMPREPLY=("${{COMPREPLY[@]#"${{word%=*}}="}}")
    elif [[ "${{COMPREPLY[0]}}" == *= ]] && type compopt >/dev/null 2>&1; then
        compopt -o nospace
    fi
}}
complete -F _orgsim orgsim
"""

_ZSH = """\
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
"""

_USES = {
    "bash": "orgsim completion bash >> ~/.bash_completion",
    "zsh": "orgsim completion zsh >> ~/.zshrc",
    "fish": "orgsim completion fish > ~/.config/fish/completions/orgsim.fish",
}


def script(
    shell: str,
    verbs: Mapping[str, Sequence[str]],
    scenarios: Sequence[str],
    keys: Sequence[str],
) -> str:
    """Return the completion script of a shell.

    `verbs` says what follows each verb: "{scenarios}", "{keys}" or words of its own; `keys` end in
    "=" or hold a whole override. Raises ConfigError for an unknown shell.
    """
    if shell not in SHELLS:
        message = f"no completion for {shell!r}"
        raise ConfigError(Problem(message=message, hint=did_you_mean(shell, SHELLS)))
    lists = {"{scenarios}": " ".join(scenarios), "{keys}": " ".join(keys)}
    follow = {
        verb: " ".join(lists.get(word, word) for word in words) for verb, words in verbs.items()
    }
    own = {verb for verb, words in verbs.items() if "{scenarios}" in words}
    if shell == "fish":
        return _fish(follow, own)
    cases = "\n".join(
        f'            {verb}) words="{words}{" $own" if verb in own else ""}" ;;'
        for verb, words in follow.items()
    )
    text = _BASH.format(shell=shell, use=_USES[shell], verbs=" ".join(verbs), cases=cases)
    return _ZSH + text if shell == "zsh" else text


def _fish(follow: Mapping[str, str], own: set[str]) -> str:
    none_yet = "not __fish_seen_subcommand_from " + " ".join(follow)
    lines = [
        f"# orgsim completion for fish. To use it now and later:  {_USES['fish']}",
        f"complete -c orgsim -n '{none_yet}' -f -a '{' '.join(follow)}'",
    ]
    files = "(path change-extension '' (path basename scenarios/*.yaml) 2>/dev/null)"
    for verb, words in follow.items():
        more = f" {files}" if verb in own else ""
        seen = f"__fish_seen_subcommand_from {verb}"
        lines.append(f'complete -c orgsim -n "{seen}" -a "{words}{more}"')
    return "\n".join(lines) + "\n"
