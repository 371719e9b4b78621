from rest_framework.generics import ListAPIView
from rest_framework.serializers import ModelSerializer

from qlause import Listing
from qlause.django import schema_of
from qlause.drf import FieldsMixin, ListingFilterBackend, ListingPagination

from .contacts import django_model

Order = django_model()


class OrderSerializer(FieldsMixin, ModelSerializer):
    class Meta:
        model, fields = Order, ["id", "name", "qty", "status", "at"]


class OrderList(ListAPIView):
    queryset, serializer_class = Order.objects.all(), OrderSerializer
    filter_backends, pagination_class = [ListingFilterBackend], ListingPagination
    listing = Listing(schema_of(Order, only=["id", "name", "qty", "status", "at"]), cursor_secret=b"a secret")
