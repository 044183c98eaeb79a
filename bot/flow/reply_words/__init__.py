"""The words by which customers refuse, return, ask and agree, and the grammar that puts them together."""

from bot.flow.reply_words.answers import YES_WORDS as YES_WORDS
