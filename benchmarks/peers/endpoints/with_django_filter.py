from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework.filters import OrderingFilter
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.serializers import ModelSerializer

from .contacts import django_model

Order = django_model()


class OrderFilter(FilterSet):
    class Meta:
        model = Order
        fields = {
            "id": ["exact", "in"],
            "name": ["exact", "icontains"],
            "qty": ["exact", "gt", "lt"],
            "status": ["exact", "in"],
            "at": ["gte", "lt"],
        }


class OrderSerializer(ModelSerializer):
    class Meta:
        model, fields = Order, ["id", "name", "qty", "status", "at"]


class OrderPagination(PageNumberPagination):
    page_size, page_size_query_param, max_page_size = 50, "size", 100


class OrderList(ListAPIView):
    queryset, serializer_class, pagination_class = Order.objects.all(), OrderSerializer, OrderPagination
    filter_backends, filterset_class = [DjangoFilterBackend, OrderingFilter], OrderFilter
    ordering_fields = ["id", "name", "qty", "status", "at"]
