"""The raw protobuf classes of google.firestore.v1, and names for what annotations mean.

proto-plus has no types for the raw classes, so the aliases are ``Any``: they tell
the reader what is meant, not the type checker.
"""

from typing import Any, TypeAlias

from google.cloud.firestore_v1.types import aggregation_result, common, document, firestore, write
from google.cloud.firestore_v1.types import query as query_types

DocumentPb: TypeAlias = Any
FieldsPb: TypeAlias = Any  # a map of field name to Value, as in Document.fields
ValuePb: TypeAlias = Any
WritePb: TypeAlias = Any
WriteResultPb: TypeAlias = Any
TransformPb: TypeAlias = Any  # DocumentTransform.FieldTransform
PreconditionPb: TypeAlias = Any
QueryPb: TypeAlias = Any  # StructuredQuery
FilterPb: TypeAlias = Any  # StructuredQuery.Filter
RequestPb: TypeAlias = Any
ResponsePb: TypeAlias = Any

Document: Any = document.Document.pb()
Value: Any = document.Value.pb()
Write: Any = write.Write.pb()
WriteResult: Any = write.WriteResult.pb()
DocumentMask: Any = common.DocumentMask.pb()
TransactionOptions: Any = common.TransactionOptions.pb()
AggregationResult: Any = aggregation_result.AggregationResult.pb()
StructuredQuery: Any = query_types.StructuredQuery.pb()
Cursor: Any = query_types.Cursor.pb()
BatchGetDocumentsResponse: Any = firestore.BatchGetDocumentsResponse.pb()
BatchWriteResponse: Any = firestore.BatchWriteResponse.pb()
BeginTransactionResponse: Any = firestore.BeginTransactionResponse.pb()
CommitResponse: Any = firestore.CommitResponse.pb()
ListCollectionIdsResponse: Any = firestore.ListCollectionIdsResponse.pb()
ListDocumentsResponse: Any = firestore.ListDocumentsResponse.pb()
ListenResponse: Any = firestore.ListenResponse.pb()
PartitionQueryResponse: Any = firestore.PartitionQueryResponse.pb()
RunAggregationQueryResponse: Any = firestore.RunAggregationQueryResponse.pb()
RunQueryResponse: Any = firestore.RunQueryResponse.pb()
TargetChange: Any = firestore.TargetChange.pb()
