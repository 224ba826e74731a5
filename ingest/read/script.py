"""What the script of a text says about its language: Chinese, Japanese, one of another script, or nothing."""

import re

OTHER = "other"

_HIRAGANA = re.compile("[\u3041-\u309f]")
_KATAKANA = re.compile("[\u30a1-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_HANGUL_AND_OTHERS = re.compile("[\u0370-\u058f\u0590-\u07ff\u0900-\u13ff\u1780-\u18af\u1f00-\u1fff\uac00-\ud7af]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")

# Letters that are written so in one of the two languages only: simplified here since 1946 or there since 1956.
_JAPANESE = frozenset(
    "発売払込働対関円図処変価検険験済様続経総択戻楽県鉄齢広気両圧囲営応仮絵拡覚観帰拠挙駆恵掲軽継権厳効鉱剤歯児"
    "実収従渋縦証奨譲触寝斉摂専戦銭潜捜挿巣蔵属帯滞沢単団弾遅庁聴転徳読悩脳拝廃抜仏辺舗毎満黙訳薬揺頼覧緑歴労録枠"
)
_CHINESE = frozenset(
    "们这吗说请谢订单货问题时间网络费账户为么还让对开关发图电话换买卖显错误应该务动运输进库验产标审书资证签邮递过现"
    "员议认设识试读课调谁赔车转软载较边达远连迟选钟钱销锁门闭队际难项须预领频骗您你我很呢吧那哪给把没"
    "們這個嗎說謝單沒還為麼讓對關發圖換賣顯應該處驗號盡寫從來給與"
)
_ENOUGH = 4


def find_script_language(text: str) -> str | None:
    """`ja`, `zh`, OTHER for a script of none of the eleven languages, or None: Latin letters, or next to nothing."""
    latin = len(_LATIN.findall(text))
    han, hiragana, katakana = (len(pattern.findall(text)) for pattern in (_HAN, _HIRAGANA, _KATAKANA))
    strange = len(_HANGUL_AND_OTHERS.findall(text))
    east = han + hiragana + katakana
    if strange >= _ENOUGH and strange * 3 > latin + strange + 3 * east:
        return OTHER
    japanese = hiragana + katakana / 4 + 2 * sum(letter in _JAPANESE for letter in text)
    chinese = 2 * sum(letter in _CHINESE for letter in text)
    # A sentence of its own outweighs a Latin product title twice its length; a mere company name does not.
    weight = 8 if max(hiragana, chinese) >= 3 else 2
    if east < _ENOUGH or east * weight < latin:
        return OTHER if east and not latin else None
    return "ja" if japanese > chinese else "zh"
