"""The workloads of clusters, as a source of scans."""
