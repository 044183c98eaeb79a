"""What can be wrong with the YAML of any file, and with a policy as a file: each sentence in both languages."""

from __future__ import annotations

from bot.domain.sentences import Sentence


class YamlWrong(Sentence):
    EMPTY = "the file is empty", "文件为空"
    TWO_DOCUMENTS = "only one document is allowed in a file", "一个文件只能有一个文档"
    NOT_YAML = "this is not YAML: {why}", "这不是 YAML：{why}"
    NO_ANCHOR = (
        "this is not YAML: nothing before has the anchor &{name}",
        "这不是 YAML：前面没有锚点 &{name}",
    )
    WITHIN_ITSELF = "an alias may not contain itself", "别名不能包含自身"
    NO_NAME = "a name must be plain text", "名称必须是普通文字"
    TWICE = "{name!r} is given twice", "{name!r} 出现了两次"
    TOO_DEEP = "this is nested deeper than {most} levels", "嵌套超过 {most} 层"
    TOO_MANY = "the file holds more than {most} values", "文件中的值超过 {most} 个"
    TAG = "the tag {tag} is not allowed", "不允许使用标签 {tag}"
    MISFIT = "{text!r} cannot be read as {kind}", "{text!r} 无法按 {kind} 读取"
    TOO_LONG = "the file is longer than {most} characters", "文件超过 {most} 个字符"
    CHARACTER = "the character U+{number:04X} is not allowed", "不允许使用字符 U+{number:04X}"
    # a whole file
    CLOSED_FILE = "cannot be read: {why}", "无法读取：{why}"
    NAMES_WANTED = "expected names and values, found {found}", "应为“名称: 值”，实际为 {found}"


class PolicyFileWrong(Sentence):
    NO_MAPPING = "a policy is a mapping", "规则文件应为“名称: 值”的形式"
    NO_POLICY = "there is no policy {name!r}", "没有名为 {name!r} 的规则"
    A_CIRCLE = "{name!r} extends this file in turn", "{name!r} 又继承了本文件"
