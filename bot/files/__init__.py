"""What is kept in files: recordings, the clips and pictures of notebooks, what waits to be sent on.

file_store     the port, and the files of notebooks by their hash
file_areas     which engine the settings choose, and its areas
folder_store   folders on disk, as one machine has them
bucket_store   a bucket of an object store that speaks S3, for several machines
store_check    what `replaybook doctor` tries
"""
