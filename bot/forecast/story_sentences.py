"""The sentences of a customer's story, each in English and Chinese; `story_words` fills them."""

from __future__ import annotations

Sentence = tuple[str, str]  # in English and Chinese

WORDS: dict[str, Sentence] = {
    "consents to": ("consents to: {what}", "授权：{what}"),
    "refuses now": ("refuses: {what}", "拒绝：{what}"),
    "titled step": ("“{title}” ({step})", "“{title}”（{step}）"),
    "active": ("with us", "在网"),
    "left": ("left", "已离网"),
    "complaint": ("a complaint is open", "有未办结投诉"),
    "no complaint": ("no complaint open", "无未办结投诉"),
    "sms": ("SMS", "短信"),
    "call": ("call", "外呼"),
    "voice": ("a machine-made voice (in writing)", "机器语音（书面）"),
    "all channel": ("every channel", "所有渠道"),
    "all purpose": ("every purpose", "所有用途"),
    "all topic": ("every topic", "所有主题"),
    "marketing": ("marketing", "营销"),
    "service": ("service", "服务"),
    "suppress": ("refuses", "拒绝"),
    "restore": ("wants again", "恢复接收"),
    "give": ("consents to", "同意接收"),
    "withdraw": ("withdraws the consent to", "撤回同意"),
    # where a refusal or a consent comes from
    "keypad": ("the keypad", "按键"),
    "speech": ("speech", "语音"),
    "work_order": ("a manager's work order", "客户经理工单"),
    "operator": ("an operator", "运营人员"),
    "carrier_21610": ("the carrier (21610)", "运营商（21610）"),
    "sms_reply": ("a reply by SMS", "短信回复"),
    "manager_restore": ("a manager, at the customer's wish", "客户经理（应客户要求）"),
    "api": ("another system", "其他系统"),
    "list": ("a do-not-call list", "免打扰名单"),
    "number_changed": ("the number's change of owner", "号码换机主"),
    "erasure": ("erasure", "信息删除"),
    "pattern": ("a number pattern", "号段规则"),
    # what replies were understood as
    "opt_out": ("a refusal", "退订"),
    "opt_in": ("the wish to hear from us again", "恢复接收"),
    "help": ("a call for help", "求助"),
    "unclear": ("unclear", "不明"),
    "nobody_asked": ("an answer to nobody", "无对应提问"),
    # statuses of attempts
    "accepted": ("taken by the carrier", "运营商已接收"),
    "sent": ("sent", "已发出"),
    "sending": ("being sent", "发送中"),
    "unconfirmed": ("outcome unknown", "结果未知"),
    "ringing": ("ringing", "振铃中"),
    "in_progress": ("in conversation", "通话中"),
    "dialling": ("the phone rings", "振铃中"),
    "connected": ("in conversation", "通话中"),
    "delivered": ("delivered", "已送达"),
    "undelivered": ("not delivered", "未送达"),
    "completed": ("completed", "已完成"),
    "busy": ("busy", "占线"),
    "no_answer": ("no answer", "无人接听"),
    "failed": ("refused by the carrier", "运营商拒绝"),
    "canceled": ("cancelled", "已取消"),
    "denied": ("not permitted", "不允许"),
    "expired": ("too late", "已过时效"),
    "human": ("by a person", "真人接听"),
    "machine": ("by a machine", "语音信箱或机器"),
    "unknown": ("by whom is unknown", "接听方未知"),
    # of campaigns
    "draft": ("a draft", "草稿"),
    "checked": ("checked, not started", "已检查，未启动"),
    "approved": ("approved, not started", "已批准，未启动"),
    "scheduled": ("scheduled, not started", "已排期，未启动"),
    "running": ("running", "运行中"),
    "paused": ("paused", "已暂停"),
    "draining": ("draining", "收尾中"),
    "finished": ("finished", "已结束"),
    "aborted": ("aborted", "已中止"),
    # of grants
    "grant accepted": ("The customer accepted the offer.", "客户接受了优惠。"),
    "grant qualified": ("The customer recharged enough for the offer.", "客户充值已达优惠条件。"),
    "grant granted": ("The bonus was credited: {amount}.", "赠送已到账：{amount}。"),
    "grant refused": ("The bonus was refused{because}.", "赠送被拒{because}。"),
    "grant expired": ("The offer expired{because}.", "优惠已过期{because}。"),
    "grant reversed": ("The bonus was taken back{because}.", "赠送已撤回{because}。"),
    # what explains it further
    "asked again": ("(asked {times} times, the last answer)", "（共询问{times}次，此为最后答复）"),
    "note error": ("carrier's code {value}", "运营商代码{value}"),
    "note answered_by": ("answered {value}", "{value}"),
    "note seconds": ("{value} s", "{value}秒"),
    "note voicemail": ("voicemail {value}", "语音信箱：{value}"),
    "note segments": ("segments: {value}", "计费{value}条"),
    "note wording": ("“{value}”", "“{value}”"),
    "note list": ("list {value}", "名单{value}"),
    "note note": ("“{value}”", "“{value}”"),
    "note disposition": ("{value}", "{value}"),
    "note by": ("by {value}", "操作人{value}"),
    # of work orders
    "opened": ("opened", "已创建"),
    "assigned": ("assigned", "已分派"),
    "taken": ("taken", "已领取"),
    "released": ("given back", "已退回"),
    "closed": ("closed", "已关闭"),
}

HAPPENED: dict[str, Sentence] = {
    "enrolled treatment": (
        "Enrolled to be contacted: its hash is {bucket} of {of}, and below {below} is control.",
        "入组为实验组：哈希值{bucket}（共{of}），低于{below}者为对照组。",
    ),
    "enrolled control": (
        "Enrolled as control, never contacted: its hash is {bucket} of {of}, below {below}.",
        "入组为对照组，不联系：哈希值{bucket}（共{of}），低于{below}。",
    ),
    "enrolled treatment plainly": (
        "Enrolled to be contacted; the hash and today's control share do not say so.",
        "入组为实验组；与当前哈希和对照比例不符。",
    ),
    "enrolled control plainly": (
        "Enrolled as control, never contacted; the hash and today's control share do not say so.",
        "入组为对照组，不联系；与当前哈希和对照比例不符。",
    ),
    "enrolled globally": (
        "Enrolled as control: it belongs to the global control group until {globally_until}.",
        "入组为对照组：属于全局对照组，至{globally_until}。",
    ),
    "planned": (
        "The flow wants to make contact by {channel} ({purpose}), step {step}, from {due} on.",
        "流程计划联系：{channel}（{purpose}），步骤{step}，{due}起。",
    ),
    "allowed": ("The gate permits the {channel} of step {step}.", "闸门放行：{channel}，步骤{step}。"),
    "deferred": (
        "The gate puts the {channel} of step {step} off until {until}: {reason}{times}",
        "闸门推迟{channel}（步骤{step}）至{until}：{reason}{times}",
    ),
    "denied": (
        "The gate refuses the {channel} of step {step}: {reason}",
        "闸门拒绝{channel}（步骤{step}）：{reason}",
    ),
    "sent": ("The {channel} of step {step} goes to the carrier.", "{channel}（步骤{step}）交给运营商。"),
    "on_its_way": ("Of that {channel} is known so far: {status}.", "该{channel}目前状态：{status}。"),
    "ended": ("The {channel} of step {step} ends: {status}.", "{channel}（步骤{step}）结果：{status}。"),
    "not_made": (
        "The {channel} of step {step} is not made: {reason}",
        "{channel}（步骤{step}）未发起：{reason}",
    ),
    "reply": ("The customer writes, understood as {understood}.", "客户回复，理解为{understood}。"),
    "reply unread": ("The customer writes; it has not been read yet.", "客户回复，尚未处理。"),
    "key": ("The customer presses {keys}.", "客户按键{keys}。"),
    "recharge": ("The customer recharges {amount}.", "客户充值{amount}。"),
    "event": ("News of the customer: {event}.", "客户事件：{event}。"),
    "interrupt": ("Another campaign of higher priority wants to speak.", "另一优先级更高的活动需要沟通。"),
    "work_order": ("Work order {order} ({queue}): {what}.", "工单{order}（{queue}）：{what}。"),
    "hand_call": ("A manager calls ({purpose}): {status}.", "客户经理外呼（{purpose}）：{status}。"),
    "own_call": (
        "A manager calls from their own phone ({purpose}): {status}.",
        "客户经理用自己的电话联系（{purpose}）：{status}。",
    ),
    "hand_deferred": (
        "A manager wants to call ({purpose}); not before {until}: {reason}",
        "客户经理想致电（{purpose}），须等到{until}：{reason}",
    ),
    "hand_denied": (
        "A manager wants to call ({purpose}) and may not: {reason}",
        "客户经理想致电（{purpose}），不允许：{reason}",
    ),
    "register": (
        "Register: {action} {channel}, {purpose}, {topic}; by {source}.",
        "登记：{action} {channel}、{purpose}、{topic}；来源{source}。",
    ),
    "consent": (
        "Consent: the customer {action} {channel}, {purpose}, {topic}; by {source}.",
        "授权：客户{action} {channel}、{purpose}、{topic}；来源{source}。",
    ),
    "marked": ("Put on the list {mark} by {source}.", "列入名单{mark}（来源{source}）。"),
    "unmarked": ("Off the list {mark}.", "移出名单{mark}。"),
    "told": ("Other systems are told: {event}.", "已通知其他系统：{event}。"),
    "finished": ("The run ends: {result}.", "流程结束：{result}。"),
}

CONCLUDED: dict[str, Sentence] = {
    "contacted": ("Contacted {contacts} times.", "已联系{contacts}次。"),
    "contacted once": ("Contacted once.", "已联系1次。"),
    "carrier_refused": (
        "Not contacted: the carrier refused it, code {code}.",
        "未联系：运营商拒绝，代码{code}。",
    ),
    "too_late_after": (
        "Not contacted: put off until it was too late. {reason}",
        "未联系：推迟至过时。{reason}",
    ),
    "put_off": ("Not contacted yet: put off until {until}. {reason}", "尚未联系：推迟至{until}。{reason}"),
    "due": (
        "Not contacted yet: a contact waits for its turn, due {due}.",
        "尚未联系：有待发起的联系，计划{due}。",
    ),
    "campaign_stands": ("Not contacted: the campaign is {status}.", "未联系：活动{status}。"),
    "not_started": (
        "Not contacted yet: its run has not begun, due {due}.",
        "尚未联系：流程未开始，计划{due}。",
    ),
    "stands_on": (
        "Not contacted yet: the run stands on step {step}, which makes no contact.",
        "尚未联系：流程停留在步骤{step}，该步骤不联系客户。",
    ),
    "ended_before": (
        "Not contacted: the run ended before it wanted to make contact ({result}).",
        "未联系：流程在发起联系前已结束（{result}）。",
    ),
    "never_enrolled": (
        "Not contacted: on its list, but not enrolled by it; the campaign is {status}.",
        "未联系：在名单中但未入组；活动{status}。",
    ),
    "not": ("Not contacted: {reason}", "未联系：{reason}"),
}
