import tensorflow as tf

s = tf.constant(["Hello World", "TensorFlow ok", "ünï"])
print(s)
print(s[0])
print(
    tf.strings.lower(s).numpy(),
    tf.strings.upper(s)[1].numpy(),
    tf.strings.length(s).numpy(),
    tf.strings.length(s, unit="UTF8_CHAR").numpy(),
)
print(
    tf.strings.join(["a", tf.constant(["b", "c"])], separator="-").numpy(),
    tf.strings.substr(s, 0, 3).numpy(),
    tf.strings.strip([" x "]).numpy(),
    tf.strings.split("a b  c").numpy(),
    tf.strings.split("a,b", sep=",").numpy(),
)
print(
    tf.strings.as_string([1.5, 2.0]).numpy(),
    tf.strings.as_string(3).numpy(),
    tf.strings.to_number(["3.25", "4"]).numpy(),
    tf.strings.to_number("7", tf.int32),
    tf.strings.regex_replace(s, "o", "0").numpy(),
    tf.strings.regex_full_match(["ab", "b"], "a.*").numpy(),
)
print(
    tf.strings.reduce_join(["a", "b"]).numpy(),
    s[0] + "!",
    s == "ünï",
    tf.strings.as_string(True).numpy(),
    tf.strings.format("x={}", tf.constant([1, 2])).numpy(),
)
print(
    tf.constant("abc").numpy().decode(),
    tf.constant(b"\x00\xff"),
    tf.strings.bytes_split("abc").numpy(),
    tf.strings.unicode_decode("hé", "UTF-8").numpy(),
    tf.size(s).numpy(),
    tf.rank(s).numpy(),
)
print(
    tf.strings.as_string(3.14159, precision=2).numpy(),
    tf.strings.as_string(5, width=3, fill="0").numpy(),
    tf.strings.regex_replace("a1b22", r"\d+", "#").numpy(),
)
for bad in [
    lambda: tf.strings.to_number("x"),
    lambda: tf.strings.lower(3),
    lambda: tf.constant("a") + 1,
]:
    try:
        print(bad().numpy())
    except Exception:
        print("error")
