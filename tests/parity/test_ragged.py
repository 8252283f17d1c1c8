"""Ragged tensors, and what strings become when they are taken apart."""

from __future__ import annotations

from tests.parity.support import Case, Fails, failures, rows, values

SHARED = {
    "rt": lambda tf: tf.ragged.constant([[1, 2], [], [3]]),
    "in_rows": lambda tf: lambda x: tf.RaggedTensor.from_row_lengths(x, [2, 1]),
}

VALUES = r"""
rt
str(rt)
rt.shape
[x.tolist() for x in rt.numpy()]
rt.row_splits
rt.row_lengths()
rt.bounding_shape()
rt.to_tensor()
rt.to_tensor(default_value=-1, shape=[None,4])
rt.to_list()
rt[0]
rt[0:2]
rt[1:,:1]
rt[:,:1]
rt[0,1]
rt[:,tf.newaxis]
rt[...]
rt+1
rt+rt
rt+[[1],[2],[3]]
rt==rt
tf.constant(1)+rt
tf.constant([[1],[2],[3]])+rt
tf.reduce_sum(rt,axis=1)
tf.reduce_sum(rt,axis=0)
tf.reduce_sum(rt)
tf.reduce_mean(rt,axis=1)
tf.reduce_max(rt,axis=1)
tf.reduce_mean(tf.cast(rt,tf.float32),axis=1)
tf.reduce_sum(rt,axis=1,keepdims=True)
tf.reduce_any(rt>2,axis=1)
tf.concat([rt,rt],axis=0)
tf.concat([rt,rt],axis=1)
tf.stack([rt,rt])
tf.stack([rt,rt],axis=1)
tf.ragged.stack([[1,2],[3]])
tf.ragged.stack([tf.constant([1,2]),tf.constant([3])])
tf.ragged.range([1,2,3])
tf.ragged.range([1,2],[5,4],2)
tf.ragged.map_flat_values(lambda x:x*2,rt)
tf.ragged.boolean_mask([[1,2],[3,4]],[[True,False],[True,True]])
tf.ragged.boolean_mask(rt, tf.ragged.constant([[True,False],[],[True]]))
tf.ragged.constant([[[1],[2,3]],[[4]]])
tf.ragged.constant([[[1],[2,3]],[[4]]]).shape
tf.ragged.constant([[[1,2],[2,3]],[[4,5]]],ragged_rank=1)
tf.ragged.constant([[[1,2],[2,3]],[[4,5]]],inner_shape=(2,))
tf.ragged.constant([1,2])
tf.ragged.constant([])
tf.ragged.constant([["a"],["bc","d"]])
[x.tolist() for x in tf.ragged.constant([["a"], ["bc", "d"]]).numpy()]
tf.ragged.constant([[1,2],[3,4]]).numpy()
tf.size(rt)
tf.rank(rt)
tf.cast(rt,tf.float32)
tf.abs(rt)
tf.square(rt)
tf.strings.length(tf.ragged.constant([["a"],["bc","d"]]))
tf.strings.upper(tf.ragged.constant([["a"],["bc","d"]]))
tf.strings.join([tf.ragged.constant([["a"],["bc","d"]]),"x"])
tf.strings.reduce_join(tf.ragged.constant([["a"],["bc","d"]]),axis=1,separator=" ")
tf.gather(rt,[0,2])
tf.gather([1,2,3,4],rt)
tf.expand_dims(rt,0)
tf.expand_dims(rt,-1)
tf.expand_dims(rt,1)
tf.zeros_like(rt)
tf.ones_like(rt)
tf.where(rt>1)
tf.where(rt>1,rt,0)
tf.where(rt>1,rt,rt*0)
tf.one_hot(rt,4)
tf.tile(rt,[1,2])
tf.reverse(rt,[1])
tf.nn.embedding_lookup(tf.constant([[1.],[2.],[3.],[4.]]),rt)
tf.nn.softmax(tf.cast(rt,tf.float32))
tf.split(rt,3)
tf.squeeze(tf.expand_dims(rt,0),0)
tf.math.add_n([rt,rt])
rt.nrows()
rt.values
rt.flat_values
rt.value_rowids()
rt.nested_row_splits
rt.nested_row_lengths()
rt.row_starts()
rt.row_limits()
rt.ragged_rank
rt.uniform_row_length
rt.merge_dims(0,1)
rt.with_values(tf.constant([1.,2.,3.]))
rt.dtype
tf.RaggedTensor.from_row_splits([1,2,3],[0,2,3])
tf.RaggedTensor.from_row_lengths([1,2,3],[2,1])
tf.RaggedTensor.from_value_rowids([1,2,3],[0,0,2])
tf.RaggedTensor.from_value_rowids([1,2,3],[0,0,2],nrows=5)
tf.RaggedTensor.from_row_starts([1,2,3],[0,2])
tf.RaggedTensor.from_row_limits([1,2,3],[2,3])
tf.RaggedTensor.from_uniform_row_length([1,2,3,4],2)
tf.RaggedTensor.from_tensor([[1,2,0],[3,0,0]],padding=0)
tf.RaggedTensor.from_tensor([[1,2,0],[3,0,0]],lengths=[1,2])
tf.RaggedTensor.from_tensor([[1,2,0],[3,0,0]])
tf.RaggedTensor.from_nested_row_splits([1,2,3],[[0,1,2],[0,1,3]])
tf.ragged.row_splits_to_segment_ids([0,2,2,3])
tf.ragged.segment_ids_to_row_splits([0,0,2])
tf.ragged.stack_dynamic_partitions(["a","b","c"],[0,1,0],2)
tf.ragged.cross([tf.ragged.constant([["a"],["b","c"]]),tf.ragged.constant([["d"],["e"]])])
tf.reduce_sum(tf.ragged.constant([[[1],[2,3]],[[4]]]),axis=2)
tf.reduce_sum(tf.ragged.constant([[[1],[2,3]],[[4]]]),axis=1)
tf.reduce_sum(tf.ragged.constant([[[1],[2,3]],[[4]]]),axis=[1,2])
tf.ragged.constant([[[1],[2,3]],[[4]]]).to_tensor()
tf.ragged.constant([[1,2],[3]],dtype=tf.float32)
tf.strings.split(["a b","c"])
tf.strings.split("a b")
tf.strings.split([["a b","c"],["d","e f"]])
tf.strings.split(["a b","c"]).shape
tf.strings.bytes_split(["ab","c"])
tf.strings.unicode_split(["ab","c"],"UTF-8")
tf.strings.unicode_decode(["ab","c"],"UTF-8")
tf.strings.unicode_decode_with_offsets(["aé","c"],"UTF-8")
tf.strings.unicode_decode_with_offsets("aé","UTF-8")
tf.strings.unicode_encode(tf.ragged.constant([[97,98],[99]]),"UTF-8")
tf.strings.ngrams(["a","b","c"],2)
tf.strings.ngrams([["a","b"],["c","d"]],[1,2])
tf.strings.ngrams(tf.ragged.constant([["a","b","c"],["d"]]),2,pad_values=("<",">"))
tf.strings.to_hash_bucket(["a","b"],10)
tf.strings.to_hash_bucket_fast(["a","b"],10)
tf.strings.to_hash_bucket_strong(["a","b"],10,[1,2])
tf.strings.unsorted_segment_join(["a","b","c"],[0,1,0],2,"-")
tf.strings.unicode_transcode("é","UTF-8","UTF-16-BE")
-rt
rt>1
rt/2
2-rt
rt**2
rt.get_shape()
tf.range(30)+0*tf.ragged.constant([list(range(30))])
tf.ragged.constant([list(range(30))])
tf.is_tensor(rt)
tf.ragged.constant([[1,2]]).to_tensor().shape
tf.identity(rt)
tf.math.log(tf.cast(rt,tf.float32))
tf.maximum(rt,2)
tf.clip_by_value(rt,0,2)
tf.nn.relu(tf.cast(rt,tf.float32))
tf.round(tf.cast(rt,tf.float32))
tf.bitwise.bitwise_and(rt,1)
tf.as_string(rt)
tf.strings.as_string(rt)
tf.strings.to_number(tf.strings.as_string(rt))
tf.strings.regex_replace(tf.strings.as_string(rt),"1","x")
tf.strings.substr(tf.ragged.constant([["abc"],["bc","d"]]),0,1)
tf.nn.dropout(tf.cast(rt,tf.float32),0.)
tf.math.reduce_std(tf.cast(rt,tf.float32),1)
tf.math.unsorted_segment_sum(rt,[0,0,1],2)
tf.gather_nd(rt,[[0,1]])
tf.gather(rt,[0,1],batch_dims=0,axis=0)
tf.gather(rt,tf.ragged.constant([[0],[],[0]]),batch_dims=1)
rt.to_tensor(shape=[3,1])
tf.ragged.constant([[],[]])
tf.ragged.constant([[],[]],dtype=tf.int32)
tf.ragged.constant([[[],[]],[[]]])
tf.strings.split([])
tf.strings.split([""," "])
tf.strings.split(["a,b,c","d"],",",maxsplit=1)
tf.strings.split(tf.ragged.constant([["a b"],["c","d e"]]))
tf.strings.split([["a b","c"]])
tf.strings.to_hash_bucket_fast(["","a","hello","a"*16,"b"*17,"c"*32,"d"*33,"e"*64,"f"*65,"g"*200,"h"*128],1000003)
tf.strings.to_hash_bucket(["","a","hello","a"*16,"b"*17,"c"*32,"d"*33,"e"*64,"f"*65,"g"*200],1000003)
tf.strings.to_hash_bucket_strong(["","a","hello","a"*16,"b"*17,"c"*32,"d"*33,"e"*64,"f"*65,"g"*200],1000003,[1,2])
tf.strings.to_hash_bucket_fast(["a"],2**62)
tf.fingerprint(["abc","d"])
tf.strings.ngrams(["a","b","c"],[1,2],separator="_")
tf.strings.ngrams(["a","b","c"],3,pad_values="#",padding_width=1)
tf.strings.ngrams(["a","b"],3,preserve_short_sequences=True)
tf.strings.ngrams(["a","b"],3)
tf.strings.ngrams(tf.ragged.constant([["a","b","c"],["d"]]),2)
tf.strings.ngrams(tf.ragged.constant([["a","b","c"],["d"],[]]),2,preserve_short_sequences=True)
tf.strings.ngrams(["a","b","c"],2,pad_values=("<",">"),padding_width=3)
tf.strings.unicode_transcode(["é","a"],"UTF-8","UTF-32-BE")
tf.strings.unicode_transcode([b"\xff","a"],"UTF-8","UTF-8")
tf.strings.unicode_transcode([b"\xffx","a"],"UTF-8","UTF-8",errors="ignore")
tf.strings.unicode_transcode([b"\xe9"],"ISO-8859-1","UTF-8")
tf.strings.unicode_split_with_offsets(["aé","c"],"UTF-8")
tf.strings.unicode_split_with_offsets("aé","UTF-8")
tf.strings.unicode_decode([[ "a"],["bc"]],"UTF-8")
tf.strings.reduce_join([["a","b"],["c","d"]],axis=-1)
tf.strings.reduce_join(tf.ragged.constant([[["a"],["b","c"]],[["d"]]]),axis=-1,separator=" ")
tf.strings.unicode_encode(tf.ragged.constant([[[97],[98,99]],[[100]]]),"UTF-8")
tf.strings.bytes_split("abc")
tf.strings.bytes_split([["ab","c"]])
tf.strings.bytes_split(tf.ragged.constant([["ab"],["c","d"]]))
tf.strings.unicode_split(tf.ragged.constant([["ab"],["c","d"]]),"UTF-8")
tf.strings.split(tf.constant("a b")).shape
tf.strings.split(["a b","c"]).to_tensor()
tf.strings.split(["a b","c"])[0]
list(rt)
tf.map_fn(lambda r: r * 2, rt)
tf.map_fn(lambda r: tf.reduce_sum(r), rt, fn_output_signature=tf.int32)
tf.map_fn(tf.range, c([2, 0]), fn_output_signature=tf.RaggedTensorSpec([None], tf.int32))
tf.RaggedTensor.from_sparse(rt.to_sparse())
tf.expand_dims(rt, 0).shape
tf.expand_dims(rt, 1).shape
tf.stack([rt, rt]).shape
tf.stack([rt, rt], axis=1).shape
tf.stack([rt, rt], axis=2)
tf.concat([tf.RaggedTensor.from_uniform_row_length([1, 2, 3, 4], 2)] * 2, 0).shape
tf.concat([tf.RaggedTensor.from_uniform_row_length([1, 2, 3, 4], 2)] * 2, 1).shape
tf.gather(rt, [[0], [1]]).shape
tf.ragged.constant([[[1, 2, 3], [4]], [[5], [], [6]], [[7]]])[:, 1:2]
tf.ragged.constant([[[1, 2, 3], [4]], [[5], [], [6]], [[7]]]).merge_dims(1, 2)
tf.concat([tf.fill([rt.nrows(), 1], 9), rt], axis=1)
str(tf.ragged.constant([[1.5], [2, 3.25]]))
repr(tf.ragged.constant([[["a"], ["b", "c"]], []]))
str(tf.ragged.constant([list(range(2000))]))
str(tf.ragged.constant([list(range(30))]))
str(tf.ragged.constant([[[1, 2], [2, 3]], [[4, 5]]], ragged_rank=1))
str(tf.expand_dims(rt, 1))
repr(tf.RaggedTensorSpec.from_value(rt))
repr(tf.type_spec_from_value(rt))
grad(lambda x: tf.reduce_sum(in_rows(x) ** 2, axis=1), [1.0, 2.0, 3.0])
grad(lambda x: in_rows(x).to_tensor() ** 2, [1.0, 2.0, 3.0])
"""

ERRORS = r"""
rt[:,0]
rt*2.5
tf.boolean_mask(rt,[True,False,True])
tf.convert_to_tensor(rt)
tf.argmax(rt,axis=1)
tf.sort(rt,axis=1)
tf.unstack(rt)
len(rt)
bool(rt)
tf.RaggedTensor.from_row_splits([1,2,3],[0,2,4])
tf.RaggedTensor.from_row_lengths([1,2,3],[2,2])
tf.RaggedTensor.from_value_rowids([1,2,3],[1,0,2])
tf.ragged.constant([[1,[2]]])
tf.matmul(rt,rt)
tf.random.uniform([2])+rt
tf.math.segment_sum(rt,[0,0,1])
tf.strings.to_hash_bucket(["a"],0)
tf.strings.ngrams("a",2)
tf.strings.ngrams(["a","b","c"],0)
tf.strings.unsorted_segment_join([["a","b"],["c","d"],["e","f"]],[0,-1,0],3,"-")
tf.strings.split(5)
"""

CASES = [*values(VALUES, **SHARED), *failures(ERRORS, **SHARED)]


@rows("ragged", CASES)
def test_ragged(case: Case | Fails) -> None:
    case.check()
