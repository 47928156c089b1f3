"""The grammar: from what people type to a question. lexer … lexicon, one step a file."""
