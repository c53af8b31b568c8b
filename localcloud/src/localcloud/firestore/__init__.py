"""Cloud Firestore in native mode, over gRPC and REST."""
